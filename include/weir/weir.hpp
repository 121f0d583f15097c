#pragma once

// Everything that weir offers.

