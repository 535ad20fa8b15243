using System.Reflection;
using System.Xml.Linq;

namespace Hub.Tests.House;

[TestFixture]
public sealed class DocumentedApiTests
{
    [TestCase("Hub.Contracts")]
    [TestCase("Hub.Core")]
    [TestCase("Hub.Adapters")]
    [TestCase("Hub.Adapters.SqlServer")]
    [TestCase("Hub.Apps")]
    public void PublicMember_OfALibrary_IsDocumented(string project)
    {
        var documented = XDocument.Load(Path.Combine(AppContext.BaseDirectory, $"{project}.xml")).Descendants("member")
            .Where(member => member.Elements("inheritdoc").Any() || member.Elements("summary").Any(summary => summary.Value.Trim().Length > 0))
            .Select(member => (string)member.Attribute("name")!)
            .ToHashSet(StringComparer.Ordinal);
        var undocumented = Assembly.Load(project).GetExportedTypes().SelectMany(Ids).Where(id => !documented.Contains(id)).ToList();
        Assert.That(undocumented, Is.Empty);
    }

    private static IEnumerable<string> Ids(Type type)
    {
        yield return $"T:{Name(type)}";
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (var member in type.GetMembers(Declared).Where(member => !PublicApiText.IsGenerated(member) && member.Name != "value__"))
        {
            switch (member)
            {
                case FieldInfo field: yield return $"F:{Name(type)}.{field.Name}"; break;
                case PropertyInfo property when property.GetIndexParameters().Length == 0: yield return $"P:{Name(type)}.{property.Name}"; break;
                case EventInfo happening: yield return $"E:{Name(type)}.{happening.Name}"; break;
                case MethodInfo { IsSpecialName: false } method: yield return $"M:{Name(type)}.{method.Name}{Arity(method)}{Parameters(method)}"; break;
            }
        }
    }

    private static string Arity(MethodInfo method) => method.IsGenericMethod ? $"``{method.GetGenericArguments().Length}" : "";

    private static string Parameters(MethodInfo method) =>
        method.GetParameters() is { Length: > 0 } parameters ? $"({string.Join(',', parameters.Select(p => Reference(p.ParameterType)))})" : "";

    private static string Reference(Type type)
    {
        if (type.IsByRef) return Reference(type.GetElementType()!) + "@";
        if (type.IsArray) return Reference(type.GetElementType()!) + "[]";
        if (type.IsGenericMethodParameter) return $"``{type.GenericParameterPosition}";
        if (type.IsGenericTypeParameter) return $"`{type.GenericParameterPosition}";
        if (!type.IsGenericType) return Name(type);
        var name = Name(type.GetGenericTypeDefinition());
        return $"{name[..name.IndexOf('`', StringComparison.Ordinal)]}{{{string.Join(',', type.GetGenericArguments().Select(Reference))}}}";
    }

    private static string Name(Type type) => type.FullName!.Replace('+', '.');
}
