namespace Hub.Host.Demo;

/// <summary>The registry that the demonstration imports; it lies in the program itself.</summary>
internal static class DemoSeed
{
    /// <summary>The document, without keys.</summary>
    public static string Read()
    {
        using var stream = typeof(DemoSeed).Assembly.GetManifestResourceStream("seed/ba-ria-vung-tau-2017.yaml")
            ?? throw new InvalidOperationException("The seed is missing from the program.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
