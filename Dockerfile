# One static binary on an empty base; docs/packaging.md says what of this was tried, and how.
#
#   docker build -t nova-images .
#   docker run --rm -p 8774:8774 nova-images

FROM rust:1-slim-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src

# Static, glibc included. The flag is for the binary only, hence --target below: without it build
# scripts and procedural macros would get it as well, and those cannot be static.
ENV RUSTFLAGS="-C target-feature=+crt-static"

# The dependencies are a layer of their own, built for an empty crate: it lasts until one of these
# files changes.
COPY Cargo.toml Cargo.lock ./
COPY .cargo .cargo
RUN mkdir -p src benches/image_data benches/throughput benches/upstream examples tests/it \
    && touch src/lib.rs \
    && for each in src/main.rs benches/image_data/main.rs benches/throughput/main.rs benches/upstream/main.rs examples/suite.rs tests/it/main.rs; do \
        echo 'fn main() {}' > "$each"; \
    done \
    && cargo build --locked --release --target "$(rustc -vV | sed -n 's/^host: //p')"

# Cargo compares times, and these files may be older than the empty ones.
COPY build.rs ./
COPY src src
COPY fixtures fixtures
RUN touch src/lib.rs src/main.rs \
    && cargo build --locked --release --target "$(rustc -vV | sed -n 's/^host: //p')" \
    && mkdir -p /out/data \
    && cp target/*/release/nova-images /out/nova-images

FROM scratch
COPY --from=build /out/nova-images /nova-images
COPY --from=build --chown=65532:65532 /out/data /data
# By number: there is no /etc/passwd to look a name up in.
USER 65532:65532
WORKDIR /data
VOLUME /data
ENV NOVA_IMAGES_LISTEN=0.0.0.0:8774
# There is no /tmp: what clients upload to a server without a database goes here, and with the server.
ENV TMPDIR=/data
EXPOSE 8774
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s --retries=3 CMD ["/nova-images", "healthcheck"]
ENTRYPOINT ["/nova-images"]
CMD ["serve"]
