#!/bin/bash -eu
exec "$SRC/tensorgate/fuzz/ossfuzz/build.sh"
