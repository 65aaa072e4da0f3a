namespace Bridge.Server.Publishing;

/// <summary>Registers what doors publish through.</summary>
internal static class PublishingServices
{
    public static void AddPublishing(this IServiceCollection services)
    {
        services.AddSingleton<IdempotentPublishes>();
        services.AddSingleton<DurablePublisher>();
        services.AddHostedService(provider => provider.GetRequiredService<DurablePublisher>());
        services.AddMetrics();
        services.AddSingleton<PublishMetrics>();
        services.AddSingleton<PublishTraces>();
        services.AddSingleton<AuditedPublisher>();
        services.AddSingleton<MessagePublisher>();
    }
}
