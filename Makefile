# A front for scripts/, for those who like make.
.PHONY: run test bench format lint sanitize fuzz install

run test bench format lint sanitize fuzz:
	@scripts/$@ $(ARGS)

PREFIX ?= /usr/local
install:
	@scripts/dependencies build
	cmake --preset release -DDRAAS_BUILD_TESTS=OFF
	cmake --build --preset release
	cmake --install build/release --prefix "$(PREFIX)"
