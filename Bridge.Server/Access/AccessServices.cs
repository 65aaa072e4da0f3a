namespace Bridge.Server.Access;

/// <summary>Registers who may do what.</summary>
internal static class AccessServices
{
    public static void AddAccess(this IServiceCollection services)
    {
        services.AddSingleton<AccessRules>();
        services.AddSingleton<ApiKeyStore>();
    }
}
