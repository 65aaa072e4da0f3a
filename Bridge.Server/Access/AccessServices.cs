using Bridge.Server.Configuration;

namespace Bridge.Server.Access;

/// <summary>Registers who may do what.</summary>
internal static class AccessServices
{
    public static void AddAccess(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<AccessControl>();
        services.AddSingleton<IReconfigurable>(provider => provider.GetRequiredService<AccessControl>());
        services.AddSingleton<Authenticator>();
        services.AddSingleton<TicketStore>();
        services.AddSingleton<CallerSessions>();
        services.AddSingleton<CallerLimits>();
        services.AddSingleton<ConnectionLimits>();
        services.AddSingleton<AccessChecks>();
        services.AddSingleton<AuditLog>();
    }
}
