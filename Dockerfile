# A small image with the one binary: docker build -t nova-images .
FROM rust:1-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cargo build --locked --release

FROM debian:bookworm-slim
COPY --from=build /src/target/release/nova-images /usr/local/bin/nova-images
RUN useradd --system --home-dir /data --create-home nova
USER nova
WORKDIR /data
ENV NOVA_IMAGES_LISTEN=0.0.0.0:8774
EXPOSE 8774
ENTRYPOINT ["nova-images"]
CMD ["serve"]
