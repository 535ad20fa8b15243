using System.CommandLine;
using Hub.Contracts.Addresses;
using Hub.Host.DevPki;

namespace Hub.Host.CommandLine;

/// <summary><c>hub dev-pki</c>: keys for development.</summary>
internal static class DevPkiCommand
{
    private static readonly Argument<string> Folder = new("DIR")
    {
        Description = "Folder for the keys; what it holds already is kept (thư mục chứa khóa).",
    };

    private static readonly Option<string?> Registry = new("--registry")
    {
        Description = "Registry document: every system in it gets a key, and DIR/registry.yaml is the document with the keys.",
        HelpName = "FILE",
    };

    private static readonly Option<string[]> Systems = new("--system")
    {
        Description = "A system that gets a key, e.g. H06/qlvb; may be repeated. DIR/keys.yaml is the fragment for the registry.",
        HelpName = "ADDRESS",
    };

    private static readonly Option<string> Algorithm = new("--algorithm")
    {
        Description = "Kind of new keys: ec (P-256) or rsa (2,048 bits).",
        DefaultValueFactory = static _ => "ec",
    };

    private static readonly Option<bool> Encryption = new("--encryption")
    {
        Description = "Make an encryption key for every system too, id e1: others seal content for it (hub send --seal), and hub receive --unseal-key opens it (thêm khóa mã hóa).",
    };

    internal static Command Create()
    {
        Algorithm.AcceptOnlyFromAmong("ec", "rsa");
        var command = new Command("dev-pki", "Make a development CA and keys for systems; production hubs refuse them (tạo khóa thử nghiệm).")
        {
            Folder, Registry, Systems, Algorithm, Encryption,
        };
        command.Validators.Add(static result =>
        {
            if ((result.GetValue(Registry) is null) == (result.GetValue(Systems) is not { Length: > 0 }))
                result.AddError("Say for whom: either --registry FILE or --system ADDRESS (repeatable).");
        });
        command.SetAction(static parsed => Run(parsed));
        return command.WithExamples("""
            hub dev-pki ./pki --system H06/qlvb --system H06.40/qlvb
            hub dev-pki ./pki --system H06/qlvb --encryption
            hub dev-pki ./pki --registry registry.yaml && hub import ./pki/registry.yaml
            """);
    }

    private static int Run(ParseResult parsed)
    {
        var output = parsed.InvocationConfiguration.Output;
        var error = parsed.InvocationConfiguration.Error;
        try
        {
            var kind = parsed.GetValue(Algorithm) == "rsa" ? DevelopmentKeyKind.Rsa2048 : DevelopmentKeyKind.Ec;
            var document = parsed.GetValue(Registry) is { } file ? File.ReadAllText(file) : null;
            IReadOnlyList<SystemAddress> systems = document is null
                ? [.. parsed.GetValue(Systems)!.Select(SystemAddress.Parse)]
                : RegistryKeys.Systems(document);
            using var folder = DevelopmentKeyFolder.OpenOrCreate(parsed.GetValue(Folder)!, TimeProvider.System);
            var made = systems.Count(system => folder.Ensure(system, kind));
            Func<SystemAddress, string>? encryption = parsed.GetValue(Encryption) ? DevelopmentKeyFolder.EncryptionCertificateName : null;
            if (encryption is not null) made += systems.Count(system => folder.EnsureEncryption(system, kind));
            var all = systems.Count * (encryption is null ? 1 : 2);
            var text = document is null
                ? RegistryKeys.Fragment(systems, DevelopmentKeyFolder.CertificateName, encryption)
                : RegistryKeys.Add(document, DevelopmentKeyFolder.CertificateName, encryption);
            var written = Path.Combine(folder.Path, document is null ? "keys.yaml" : "registry.yaml");
            File.WriteAllText(written, text);
            output.WriteLine($"{made} key(s) made, {all - made} kept in {folder.Path}; for development only.");
            output.WriteLine(document is null ? $"Copy this into the registry (also in {written}):\n\n{text}" : $"Registry with keys: {written}. Next: hub import {written}");
            return ExitCode.Ok;
        }
        catch (Exception wrong) when (wrong is FormatException or IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            error.WriteLine(wrong.Message);
            return ExitCode.Usage;
        }
    }
}
