using Bridge.Server.Configuration;

namespace Bridge.Server.Brokers;

/// <summary>Registers the links to brokers.</summary>
internal static class BrokerServices
{
    public static void AddBrokers(this IServiceCollection services)
    {
        // Hosted services start in this order: the embedded broker is there before its link.
        services.AddHostedService<EmbeddedBroker>();
        services.AddSingleton<BrokerLinks>();
        services.AddHostedService(provider => provider.GetRequiredService<BrokerLinks>());
        services.AddSingleton<IReconfigurable>(provider => provider.GetRequiredService<BrokerLinks>());
        services.AddSingleton<BrokerManager>();
    }
}
