using System.Reflection;

namespace Hub.Tests.House;

/// <summary>The wire is frozen: any change of the library's public surface is seen and approved. To approve, copy the
/// received file, whose path the failure names, over the approved one.</summary>
[TestFixture]
public sealed class PublicApiTests
{
    [Test]
    public void Contracts_AsBuilt_HasTheApprovedSurface()
    {
        var approvedPath = Repository.PathOf("tests", "Hub.Tests", "House", "PublicApi.Hub.Contracts.txt");
        var receivedPath = Path.Combine(AppContext.BaseDirectory, "PublicApi.Hub.Contracts.received.txt");
        var received = PublicApiText.Of(Assembly.Load("Hub.Contracts"));
        File.WriteAllText(receivedPath, received);
        var approved = File.Exists(approvedPath) ? File.ReadAllText(approvedPath) : "";
        if (approved == received) return;
        var gone = approved.Split('\n').Except(received.Split('\n')).Select(line => $"- {line}");
        var come = received.Split('\n').Except(approved.Split('\n')).Select(line => $"+ {line}");
        Assert.Fail($"The public surface of Hub.Contracts changed:\n{string.Join('\n', gone.Concat(come))}\nTo approve: cp {receivedPath} {approvedPath}");
    }
}
