/* SPDX-License-Identifier: MIT */
/* What stands behind a tg_model. */
#ifndef TGI_API_API_H
#define TGI_API_API_H

#include "../core/parse.h"
#include "../source/window.h"

#include <stdatomic.h>

struct tg_model {
    tgi_model core;
    tgi_source source;
    tgi_window window;
    uint64_t data_end; /* end of the last tensor */
    /* [core.data_offset, data_end) in the address space; NULL until it is asked for */
    _Atomic(const uint8_t *) mapped;
};

/* Unmaps the data, where it was mapped. */
void tgi_unmap(tg_model *model);

/* Checks the caller's options and fills in what they leave open; TG_E_ARGUMENT names the one at fault. */
TGI_NODISCARD bool tgi_settings_from(const tg_options *options, tgi_settings *out, const char **out_what);

/* Opens what `source` holds. Takes over the source, and closes it on failure. Tests call it with settings that
 * the public functions cannot make. */
tg_status tgi_open(tgi_source *source, const tgi_settings *settings, tg_model **out_model, tg_error *out_error);

/* Stores an error that is about no place in a file, and returns its status. */
tg_status tgi_fail(tg_error *out_error, tg_status status, int32_t os_code, const char *what);

#endif
