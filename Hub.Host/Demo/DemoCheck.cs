namespace Hub.Host.Demo;

/// <summary>One expectation of the demonstration.</summary>
/// <param name="What">What must hold.</param>
/// <param name="Holds">Whether it does.</param>
/// <param name="Detail">The values seen.</param>
internal sealed record DemoCheck(string What, bool Holds, string Detail = "");
