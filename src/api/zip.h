/* SPDX-License-Identifier: MIT */
/* Models in zip archives: what opening has to do with formats/zip.h. */
#ifndef TGI_API_ZIP_H
#define TGI_API_ZIP_H

#include "api.h"

/* Where in a source the one model of a zip archive is. */
typedef struct tgi_place {
    bool found;
    uint64_t offset, len; /* bytes; len is not 0 where it was found */
} tgi_place;

/* Looks for an archive at the end of `source`, and for the member in it that is meant. */
TGI_NODISCARD tgi_step tgi_zip_locate(tgi_parse *p, const tgi_source *source, const tgi_window *window, tgi_place *out);

/* Fails with TG_E_ZIP_POLYGLOT where some program could find a model in an archive at the end of this model. */
TGI_NODISCARD tgi_step tgi_zip_refuse(tgi_parse *p, const tgi_source *source, const tgi_window *window);

#endif
