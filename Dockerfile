# SPDX-License-Identifier: Apache-2.0
# docker build -t rayservice-webhook .
FROM debian:bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
        cmake gcc libc6-dev libcjson-dev libcurl4-openssl-dev libgnutls28-dev libmicrohttpd-dev libssl-dev libyaml-dev \
        ninja-build pkg-config && \
    rm -rf /var/lib/apt/lists/*
COPY . /src
WORKDIR /src
RUN cmake --preset release -DWERROR=OFF -DBUILD_TESTING=OFF \
        -DCMAKE_INSTALL_PREFIX=/usr && \
    cmake --build --preset release && \
    DESTDIR=/out cmake --install build/release --strip

# Libraries alone: no compiler, no client, nothing that needs a shell. The base's own security
# updates come first.
FROM debian:bookworm-slim
RUN apt-get update && apt-get upgrade -y && apt-get install -y --no-install-recommends \
        libcjson1 libcurl4 libgnutls30 libmicrohttpd12 libssl3 libyaml-0-2 && \
    rm -rf /var/lib/apt/lists/*
COPY --from=build /out/usr/bin/rayservice-webhook /usr/bin/rayservice-webhook
USER 65532:65532
ENTRYPOINT ["/usr/bin/rayservice-webhook"]
CMD ["help"]
