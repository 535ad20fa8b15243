using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hub.Contracts.Trail;

namespace Hub.Core.Registry.Documents;

/// <summary>All that is known of the form of one section's objects: their names, members and records. YAML documents, the
/// store and the API share it.</summary>
internal abstract class SectionForm
{
    private protected SectionForm(string section) => Section = section;

    /// <summary>One of <see cref="RegistrySections"/>.</summary>
    internal string Section { get; }

    /// <summary>What an object of this section is called in messages to people.</summary>
    internal abstract string Noun { get; }

    /// <summary>What names a record within the section.</summary>
    internal abstract string IdOf(object record);

    /// <summary>The members of a record in the order in which a document shows them, defaults left out.</summary>
    internal abstract JsonObject Write(object record);

    /// <summary>Reads a record; null when not even its name can be read.</summary>
    internal abstract object? Read(ObjectReader o, Places places);

    /// <summary>The members that name an object, as taken from its id, for an input that leaves them out.</summary>
    internal abstract IEnumerable<(string Member, string Text)> Naming(string id);

    /// <summary>The one normal form of a record.</summary>
    internal virtual RegistryObject ToObject(object record) => new(Section, IdOf(record), Canonical(Write(record)));

    internal static string Canonical(JsonObject json) => Encoding.UTF8.GetString(CanonicalJson.Serialize(json));

    internal static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

/// <inheritdoc cref="SectionForm"/>
/// <typeparam name="T">The record.</typeparam>
internal abstract class SectionForm<T>(string section, string noun) : SectionForm(section)
    where T : class
{
    internal override string Noun => noun;

    internal override string IdOf(object record) => Id((T)record);

    internal override JsonObject Write(object record) => Members((T)record);

    internal override object? Read(ObjectReader o, Places places) => ReadRecord(o, places);

    internal abstract string Id(T record);

    internal abstract JsonObject Members(T record);

    internal abstract T? ReadRecord(ObjectReader o, Places places);
}
