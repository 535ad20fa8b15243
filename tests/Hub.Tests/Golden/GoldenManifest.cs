using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Tests.House;

namespace Hub.Tests.Golden;

/// <summary>Writes and reads schemas/golden: the samples, their manifests and the public keys.</summary>
public static class GoldenManifest
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Folder => Repository.PathOf("schemas", "golden");

    public static string NameOf(EnvelopeEncoding encoding) => encoding == EnvelopeEncoding.Json ? "json" : "xml";

    public static void WriteKeys(GoldenKeys keys)
    {
        var folder = Emptied("keys");
        var list = new JsonArray();
        foreach (var key in keys.All)
        {
            Write(Path.Combine(folder, $"{key.FileName}.pem"), PemEncoding.WriteString("PUBLIC KEY", key.SubjectPublicKeyInfo) + "\n");
            Write(Path.Combine(folder, $"{key.FileName}.crt.pem"), PemEncoding.WriteString("CERTIFICATE", key.Certificate) + "\n");
            list.Add(new JsonObject
            {
                ["sender"] = key.Sender.ToString(),
                ["id"] = key.Id,
                ["state"] = key.State,
                ["key"] = $"{key.FileName}.pem",
                ["certificate"] = $"{key.FileName}.crt.pem",
                ["thumbprint"] = Hex(key.SubjectPublicKeyInfo),
                ["certificateSha256"] = Hex(key.Certificate!),
            });
        }

        Write(Path.Combine(folder, "keys.json"), new JsonObject { ["keys"] = list }.ToJsonString(Indented) + "\n");
    }

    public static IReadOnlyList<GoldenKey> ReadKeys()
    {
        var folder = Path.Combine(Folder, "keys");
        var list = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "keys.json")))!["keys"]!.AsArray();
        return
        [
            .. list.Select(entry => new GoldenKey(
                SystemAddress.Parse((string)entry!["sender"]!), (string)entry["id"]!, (string)entry["state"]!,
                FromPem(Path.Combine(folder, (string)entry["key"]!)), FromPem(Path.Combine(folder, (string)entry["certificate"]!)))),
        ];
    }

    public static void WriteSamples(EnvelopeEncoding encoding, IEnumerable<GoldenSample> samples, GoldenKeys keys)
    {
        var folder = Emptied(NameOf(encoding));
        var list = new JsonArray();
        foreach (var sample in samples)
        {
            if (sample.Encoding != encoding) throw new InvalidOperationException($"{sample.File} is in the wrong folder.");
            using (var file = new FileStream(Path.Combine(folder, sample.File), FileMode.CreateNew)) file.Write(sample.Octets);
            list.Add(Entry(sample, keys));
        }

        var manifest = new JsonObject { ["encoding"] = NameOf(encoding), ["mediaType"] = EnvelopeCodec.MediaTypeOf(encoding), ["samples"] = list };
        Write(Path.Combine(folder, "manifest.json"), manifest.ToJsonString(Indented) + "\n");
    }

    public static IEnumerable<JsonObject> ReadSamples(EnvelopeEncoding encoding)
    {
        var manifest = Path.Combine(Folder, NameOf(encoding), "manifest.json");
        return JsonNode.Parse(File.ReadAllText(manifest))!["samples"]!.AsArray().Select(entry => entry!.AsObject());
    }

    private static JsonObject Entry(GoldenSample sample, GoldenKeys keys)
    {
        var entry = new JsonObject
        {
            ["file"] = sample.File,
            ["expected"] = sample.Expected,
            ["about"] = sample.About,
            ["size"] = sample.Octets.Length,
            ["sha256"] = Hex(sample.Octets),
        };
        if (sample.Model is null) return entry;
        var verified = EnvelopeCodec.Verify(sample.Octets, sample.Encoding, keys.Ring);
        entry["contentDigest"] = Convert.ToHexStringLower(verified.ContentDigest);
        entry["signedBy"] = sample.KeyId;
        entry["algorithm"] = sample.Algorithm!.Value.ToString().ToUpperInvariant();
        entry["envelope"] = GoldenFacts.Of(sample.Model);
        return entry;
    }

    private static string Emptied(string name)
    {
        var folder = Path.Combine(Folder, name);
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        return folder;
    }

    private static byte[] FromPem(string path)
    {
        var text = File.ReadAllText(path);
        return Convert.FromBase64String(text[PemEncoding.Find(text).Base64Data]);
    }

    private static void Write(string path, string text) => File.WriteAllText(path, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
