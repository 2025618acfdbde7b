# The shared library by its C ABI alone, from Python: load.py LIBRARY ACCEPTED REJECTED
import ctypes
import sys

library = ctypes.CDLL(sys.argv[1])


class Bytes(ctypes.Structure):
    _fields_ = [("ptr", ctypes.c_void_p), ("len", ctypes.c_size_t)]


class Tensor(ctypes.Structure):
    _fields_ = [("name", Bytes), ("index", ctypes.c_uint64), ("dtype", ctypes.c_int), ("num_dims", ctypes.c_uint32),
                ("dims", ctypes.POINTER(ctypes.c_uint64)), ("offset", ctypes.c_uint64), ("size", ctypes.c_uint64)]


class Error(ctypes.Structure):
    _fields_ = [("status", ctypes.c_int), ("file", ctypes.c_uint32), ("offset", ctypes.c_uint64),
                ("index", ctypes.c_uint64), ("found", ctypes.c_uint64), ("limit", ctypes.c_uint64),
                ("os_code", ctypes.c_int32), ("what", ctypes.c_char_p), ("reserved", ctypes.c_uint64 * 4),
                ("file_name", ctypes.c_char * 256)]


model_pointer = ctypes.c_void_p
library.tg_version.restype = ctypes.c_char_p
library.tg_status_name.restype = ctypes.c_char_p
library.tg_close.argtypes = [model_pointer]
library.tg_close.restype = None
library.tg_model_num_tensors.argtypes = [model_pointer]
library.tg_model_num_tensors.restype = ctypes.c_uint64
library.tg_model_find_tensor.argtypes = [model_pointer, ctypes.c_char_p]
library.tg_model_find_tensor.restype = ctypes.POINTER(Tensor)
library.tg_tensor_read.argtypes = [model_pointer, ctypes.POINTER(Tensor), ctypes.c_uint64, ctypes.c_void_p,
                                   ctypes.c_size_t, ctypes.POINTER(Error)]
library.tg_open_path.argtypes = [ctypes.c_char_p, ctypes.c_void_p, ctypes.POINTER(model_pointer),
                                 ctypes.POINTER(Error)]
library.tg_error_format.argtypes = [ctypes.POINTER(Error), ctypes.c_char_p, ctypes.c_size_t]
library.tg_error_format.restype = ctypes.c_size_t

model, error = model_pointer(), Error()
assert library.tg_open_path(sys.argv[2].encode(), None, ctypes.byref(model), ctypes.byref(error)) == 0
assert library.tg_model_num_tensors(model) == 4
tensor = library.tg_model_find_tensor(model, b"token_embd.weight")
assert tensor and ctypes.string_at(tensor[0].name.ptr, tensor[0].name.len) == b"token_embd.weight"
dims = [tensor[0].dims[i] for i in range(tensor[0].num_dims)]
buffer = ctypes.create_string_buffer(tensor[0].size)
assert library.tg_tensor_read(model, tensor, 0, buffer, len(buffer), None) == 0
with open(sys.argv[2], "rb") as file:
    assert file.read()[tensor[0].offset:][:tensor[0].size] == buffer.raw
library.tg_close(model)

model = model_pointer()
status = library.tg_open_path(sys.argv[3].encode(), None, ctypes.byref(model), ctypes.byref(error))
assert library.tg_status_name(status) == b"TG_E_RANK" and error.status == status and error.offset == 111 and not model
line = ctypes.create_string_buffer(512)
assert library.tg_error_format(ctypes.byref(error), line, len(line)) == len(line.value)
assert b"at byte 111: " in line.value
print("tensorgate", library.tg_version().decode(), "from Python:", dims, line.value.decode())
