#pragma once

namespace weir {

// Makes every layer and loss of weir known to make_registered_layer. Again and from any thread at will. Throws ConfigError when somebody
// has taken one of their names.
void register_builtin_layers();

}  // namespace weir
