/* SPDX-License-Identifier: MIT */
/* Prints how large the structs of the header are, and where their fields lie: see abi.txt. */
#include <tensorgate.h>

#include <stdio.h>

#define SIZE(type) (void)printf("struct %s %zu\n", #type, sizeof(type))
#define AT(type, field) (void)printf("  %s %zu\n", #field, offsetof(type, field))

static void print_results(void)
{
    SIZE(tg_error);
    AT(tg_error, status);
    AT(tg_error, file);
    AT(tg_error, offset);
    AT(tg_error, index);
    AT(tg_error, found);
    AT(tg_error, limit);
    AT(tg_error, os_code);
    AT(tg_error, what);
    AT(tg_error, reserved);
    AT(tg_error, file_name);
    SIZE(tg_dtype_info);
    AT(tg_dtype_info, dtype);
    AT(tg_dtype_info, name);
    AT(tg_dtype_info, block_elements);
    AT(tg_dtype_info, block_bytes);
    AT(tg_dtype_info, quantized);
    AT(tg_dtype_info, safetensors);
    SIZE(tg_file);
    AT(tg_file, name);
    AT(tg_file, size);
    AT(tg_file, data_offset);
    AT(tg_file, first_tensor);
    AT(tg_file, num_tensors);
    SIZE(tg_set);
    AT(tg_set, kind);
    AT(tg_set, whole);
    AT(tg_set, num_files);
    AT(tg_set, number);
    SIZE(tg_warning);
    AT(tg_warning, status);
    AT(tg_warning, file);
    AT(tg_warning, count);
    AT(tg_warning, offset);
    AT(tg_warning, index);
    AT(tg_warning, found);
    AT(tg_warning, limit);
    AT(tg_warning, what);
    AT(tg_warning, reserved);
}

static void print_tensors_and_keys(void)
{
    SIZE(tg_bytes);
    AT(tg_bytes, ptr);
    AT(tg_bytes, len);
    SIZE(tg_tensor);
    AT(tg_tensor, name);
    AT(tg_tensor, index);
    AT(tg_tensor, dtype);
    AT(tg_tensor, num_dims);
    AT(tg_tensor, dims);
    AT(tg_tensor, offset);
    AT(tg_tensor, size);
    AT(tg_tensor, num_elements);
    AT(tg_tensor, file);
    AT(tg_tensor, flags);
    AT(tg_tensor, entry_offset);
    SIZE(tg_piece);
    AT(tg_piece, file);
    AT(tg_piece, dim);
    AT(tg_piece, offset);
    AT(tg_piece, size);
    SIZE(tg_key);
    AT(tg_key, name);
    AT(tg_key, index);
    AT(tg_key, entry_offset);
    AT(tg_key, type);
    AT(tg_key, file);
}

static void print_values(void)
{
    SIZE(tg_value);
    AT(tg_value, type);
    AT(tg_value, element_type);
    AT(tg_value, count);
    AT(tg_value, own);
    SIZE(tg_array_iter);
    AT(tg_array_iter, array);
    AT(tg_array_iter, index);
    AT(tg_array_iter, at);
}

static void print_arguments(void)
{
    SIZE(tg_limits);
    AT(tg_limits, struct_size);
    AT(tg_limits, max_tensors);
    AT(tg_limits, max_keys);
    AT(tg_limits, max_header_bytes);
    AT(tg_limits, max_array_elements);
    AT(tg_limits, max_array_depth);
    AT(tg_limits, heap_base);
    AT(tg_limits, heap_factor);
    AT(tg_limits, max_files);
    SIZE(tg_allocator);
    AT(tg_allocator, resize);
    AT(tg_allocator, context);
    SIZE(tg_options);
    AT(tg_options, struct_size);
    AT(tg_options, flags);
    AT(tg_options, profile);
    AT(tg_options, limits);
    AT(tg_options, allocator);
    AT(tg_options, strict);
    AT(tg_options, num_strict);
    AT(tg_options, hash_key);
    AT(tg_options, region_offset);
    AT(tg_options, region_len);
    AT(tg_options, member);
    AT(tg_options, member_seen);
    AT(tg_options, member_context);
    AT(tg_options, layout);
    SIZE(tg_reader);
    AT(tg_reader, struct_size);
    AT(tg_reader, size);
    AT(tg_reader, read_at);
    AT(tg_reader, context);
    SIZE(tg_progress);
    AT(tg_progress, struct_size);
    AT(tg_progress, report);
    AT(tg_progress, context);
}

int main(void)
{
    print_results();
    print_tensors_and_keys();
    print_values();
    print_arguments();
    return 0;
}
