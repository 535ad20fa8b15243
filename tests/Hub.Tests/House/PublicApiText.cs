using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Hub.Tests.House;

/// <summary>The public surface of an assembly as text: one line per type and per member, sorted; each names its type, so that a diff reads alone.</summary>
public static class PublicApiText
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
    private static readonly NullabilityInfoContext Nullability = new();

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(Heading(type)).Append('\n');
            foreach (var line in Members(type).Order(StringComparer.Ordinal)) text.Append(type.FullName).Append(": ").Append(line).Append('\n');
        }

        return text.ToString();
    }

    internal static bool IsGenerated(MemberInfo member) => member.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false) || member.Name.Contains('<', StringComparison.Ordinal);

    private static string Heading(Type type)
    {
        var kind = type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct" : type is { IsAbstract: true, IsSealed: true } ? "static class"
            : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";
        var bases = new[] { type.BaseType }.Concat(type.GetInterfaces())
            .Where(b => b is not null && b != typeof(object) && b != typeof(ValueType) && b != typeof(Enum) && !type.IsEnum && !b.Name.StartsWith("IEquatable", StringComparison.Ordinal))
            .Select(b => Name(b!)).ToList();
        return $"{kind} {type.FullName}{(bases.Count > 0 ? $" : {string.Join(", ", bases)}" : "")}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            foreach (var name in Enum.GetNames(type)) yield return $"{name} = {Convert.ToInt64(Enum.Parse(type, name))}";
            yield break;
        }

        foreach (var member in type.GetMembers(Declared).Where(member => !IsGenerated(member)))
        {
            var line = member switch
            {
                ConstructorInfo constructor => $"new({Parameters(constructor)})",
                FieldInfo { IsLiteral: true } constant => $"const {Name(constant.FieldType)} {constant.Name} = {constant.GetRawConstantValue()}",
                FieldInfo field => $"{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{Name(field.FieldType)} {field.Name}",
                PropertyInfo property => $"{(property.GetAccessors()[0].IsStatic ? "static " : "")}{Annotated(property.PropertyType, Nullability.Create(property))} {property.Name} {{ {Accessors(property)}}}",
                EventInfo happening => $"event {Name(happening.EventHandlerType!)} {happening.Name}",
                MethodInfo { IsSpecialName: false } method => $"{(method.IsStatic ? "static " : "")}{Annotated(method.ReturnType, Nullability.Create(method.ReturnParameter))} {method.Name}({Parameters(method)})",
                _ => null,
            };
            if (line is not null) yield return line;
        }
    }

    private static string Accessors(PropertyInfo property)
    {
        var set = property.SetMethod;
        var isInit = set?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
        var required = property.IsDefined(typeof(RequiredMemberAttribute), inherit: false) ? "required; " : "";
        return $"{required}{(property.GetMethod?.IsPublic == true ? "get; " : "")}{(set?.IsPublic == true ? isInit ? "init; " : "set; " : "")}";
    }

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(p =>
            $"{(p.IsOut ? "out " : "")}{Annotated(p.ParameterType, Nullability.Create(p))} {p.Name}{(p.HasDefaultValue ? $" = {p.RawDefaultValue ?? "default"}" : "")}"));

    private static string Annotated(Type type, NullabilityInfo info) =>
        !type.IsValueType && !type.IsByRef && info.ReadState == NullabilityState.Nullable ? Name(type) + "?" : Name(type);

    private static string Name(Type type)
    {
        if (type.IsByRef) return Name(type.GetElementType()!);
        if (type.IsArray) return Name(type.GetElementType()!) + "[]";
        if (Nullable.GetUnderlyingType(type) is { } inner) return Name(inner) + "?";
        if (!type.IsGenericType) return type.Namespace == "System" ? type.Name : type.FullName ?? type.Name;
        return $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }
}
