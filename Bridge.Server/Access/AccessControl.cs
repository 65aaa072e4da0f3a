using System.Security.Cryptography;
using Bridge.Server.Configuration;
using Microsoft.Extensions.Primitives;

namespace Bridge.Server.Access;

/// <summary>The access settings as they are now. They are read again when the configuration changes.</summary>
internal sealed partial class AccessControl : IDisposable
{
    private readonly Func<BridgeOptions> _load;
    private readonly IHostEnvironment _environment;
    private readonly TimeProvider _time;
    private readonly ILogger<AccessControl> _logger;
    private readonly IDisposable _reload;
    private readonly bool _takesCertificates;
    private readonly Lock _gate = new();
    private JwtVerifier? _jwt;
    private volatile AccessSnapshot _current;

    public AccessControl(
        BridgeOptions options, Func<BridgeOptions> load, IConfiguration configuration, IHostEnvironment environment, TimeProvider time, ILogger<AccessControl> logger)
    {
        (_load, _environment, _time, _logger) = (load, environment, time, logger);
        _takesCertificates = options.Tls.ClientCaFile is not null;
        _current = Build(options.Access);
        _reload = ChangeToken.OnChange(configuration.GetReloadToken, Reload);
    }

    /// <summary>After <see cref="Current"/> has changed.</summary>
    public event Action? Changed;

    public AccessSnapshot Current => _current;

    public void Dispose() => _reload.Dispose();

    /// <summary>What cannot be used is refused whole: the settings from before stay.</summary>
    private void Reload()
    {
        lock (_gate)
        {
            try
            {
                var options = _load().Access;
                if (options.Certificates.Count > 0 && !_takesCertificates)
                    throw new BridgeConfigurationException(["Bridge:Access:Certificates: Bridge:Tls:ClientCaFile was not set when the bridge started; restart it"]);
                if (options.IsUnset && !_current.IsOpen)
                    throw new BridgeConfigurationException(["Bridge:Access: the rules were taken away; to let everybody in, restart the bridge"]);
                _current = Build(options);
            }
            catch (BridgeConfigurationException exception)
            {
                foreach (var error in exception.Errors)
                    Log.NotChanged(_logger, error);
                return;
            }
            // A key file that went away just now.
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
            {
                Log.NotChanged(_logger, exception.Message);
                return;
            }
        }

        Log.Changed(_logger);
        Changed?.Invoke();
    }

    private AccessSnapshot Build(AccessOptions options)
    {
        if (options.Jwt is null)
            return new AccessSnapshot(options, jwt: null);

        // The same settings go on with the same verifier: it has the keys, and whoever was let in by it stays.
        var settings = JwtSettings.Read(options.Jwt, _environment.ContentRootPath);
        if (_jwt?.IsFor(settings) != true)
            _jwt = new JwtVerifier(settings, _time);
        return new AccessSnapshot(options, _jwt);
    }

    private static partial class Log
    {
        [LoggerMessage(5001, LogLevel.Information, "The access settings were read again")]
        public static partial void Changed(ILogger logger);

        [LoggerMessage(5002, LogLevel.Error, "The changed configuration is not used: {Error}")]
        public static partial void NotChanged(ILogger logger, string error);
    }
}
