# syntax=docker/dockerfile:1
# The bridge without a shell, as a user without rights. docs/deployment.md says how it is run.

# What is published is the same for every processor, so that it is built on the builder's own.
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0 AS build
# For the dashboard's libraries: Bridge.Server/ClientLibraries.targets.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends nodejs npm \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source

# Packages are restored again only when one of these files changes.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY Bridge.Contracts/Bridge.Contracts.csproj Bridge.Contracts/
COPY Bridge.Server/Bridge.Server.csproj Bridge.Server/ClientLibraries.targets Bridge.Server/
RUN dotnet restore Bridge.Server

COPY .editorconfig BannedSymbols.txt ./
COPY Bridge.Contracts Bridge.Contracts
COPY Bridge.Server Bridge.Server
COPY wwwroot wwwroot
RUN dotnet publish Bridge.Server --configuration Release --no-restore --output /app -p:UseAppHost=false
# A build without these libraries succeeds; an image without them would have no dashboard.
RUN test -f /app/wwwroot/lib/signalr.min.js \
    && test -f /app/wwwroot/lib/signalr-protocol-msgpack.min.js \
    && test -f /app/wwwroot/lib/swagger-ui-bundle.js \
    && mkdir /data

# Without ICU: the bridge knows no cultures (InvariantGlobalization).
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
WORKDIR /app
COPY --from=build /app .
COPY --from=build --chown=$APP_UID:$APP_UID /data /data
ENV ASPNETCORE_HTTP_PORTS=8080 \
    Bridge__Persistence__Path=/data/bridge.db
EXPOSE 8080
VOLUME /data
USER $APP_UID
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 \
    CMD ["dotnet", "Bridge.Server.dll", "health", "http://127.0.0.1:8080/health/live"]
ENTRYPOINT ["dotnet", "Bridge.Server.dll"]
