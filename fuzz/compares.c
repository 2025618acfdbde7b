/* SPDX-License-Identifier: MIT */
/* Between the compiler's callbacks and libFuzzer. clang 14 also reports the compares of UBSan, which before each access
 * sees that the pointer is aligned: they took a fifth of the time, and drove out of the engine's short table of
 * operands what it could learn from. Two that are equal teach nothing, so they are passed over. The linker puts these
 * in the way (--wrap); the other compares go on by a jump, so that the engine sees whence they came. */
#include <stdint.h>

#define PASS_OVER_EQUAL(name, type)                                                                                    \
    void __real_##name(type a, type b);                                                                                \
    void __wrap_##name(type a, type b);                                                                                \
    void __wrap_##name(type a, type b)                                                                                 \
    {                                                                                                                  \
        if (a != b)                                                                                                    \
            __real_##name(a, b);                                                                                       \
    }

PASS_OVER_EQUAL(__sanitizer_cov_trace_cmp1, uint8_t)
PASS_OVER_EQUAL(__sanitizer_cov_trace_cmp4, uint32_t)
PASS_OVER_EQUAL(__sanitizer_cov_trace_cmp8, uint64_t)
PASS_OVER_EQUAL(__sanitizer_cov_trace_const_cmp1, uint8_t)
PASS_OVER_EQUAL(__sanitizer_cov_trace_const_cmp4, uint32_t)
PASS_OVER_EQUAL(__sanitizer_cov_trace_const_cmp8, uint64_t)
