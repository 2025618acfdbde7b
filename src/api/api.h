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
    uint32_t flags;    /* TG_GUARD matters when the data is mapped */
    atomic_bool cut;   /* the guard met a page that the file no longer has */
    uint64_t data_end; /* end of the last tensor */
    /* [core.data_offset, data_end) in the address space; NULL until it is asked for */
    _Atomic(const uint8_t *) mapped;
};

/* Checks the tensor that a caller gave, and maps the data of its file, where that did not happen before; the tensor is
 * then at `*out_data`. An empty tensor is TG_OK, and nothing happens. */
TGI_NODISCARD tgi_fault tgi_map_tensor(const tg_model *model, const tg_tensor *tensor, const uint8_t **out_data,
                                       const char **out_what);

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
