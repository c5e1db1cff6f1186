# The one binary on a small Debian. Later media work adds ffmpeg and libvips
# here, which is why the base is Debian and not an empty image.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -buildvcs=false -trimpath -o /kepu ./cmd/kepu

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl tzdata \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data kepu \
 && install -d -o kepu -g kepu -m 700 /data
COPY --from=build /kepu /usr/local/bin/kepu
COPY LICENSE NOTICE /usr/share/doc/kepu/
COPY library/LICENSE /usr/share/doc/kepu/library-LICENSE
USER kepu
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
  CMD curl --fail --silent --output /dev/null http://127.0.0.1:8080/healthz
ENTRYPOINT ["kepu"]
CMD ["serve", "-addr", "0.0.0.0:8080", "-ops-addr", "127.0.0.1:9090", "-data", "/data"]
