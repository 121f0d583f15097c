// Refuses to be compiled with flags that change numbers. weir's own flags take back those of a parent project; what is left was given
// after them, as by target_compile_options(weir PRIVATE -ffast-math).

#if defined(__FAST_MATH__) || __FINITE_MATH_ONLY__ || defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__) || \
    defined(__NO_SIGNED_ZEROS__) || defined(__ROUNDING_MATH__) || (__FLT_EVAL_METHOD__ != 0 && __FLT_EVAL_METHOD__ != 16)
#error "weir is compiled with -ffast-math, a part of it, -frounding-math or -mfpmath=387, which change its results. Compile it without."
#endif

static_assert(0.1 != 0.1F, "weir is compiled with -fsingle-precision-constant, which changes its results. Compile it without.");
