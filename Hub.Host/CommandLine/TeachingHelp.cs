using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.CompilerServices;

namespace Hub.Host.CommandLine;

/// <summary>Help that ends with worked examples and, on the root, the table of exit codes.</summary>
internal sealed class TeachingHelp(HelpAction inner) : SynchronousCommandLineAction
{
    private static readonly ConditionalWeakTable<Command, string> Examples = [];

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var code = inner.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command;
        if (Examples.TryGetValue(command, out var examples))
            output.WriteLine($"Examples / Ví dụ:\n{Indent(examples)}\n");
        if (command is RootCommand)
        {
            output.WriteLine("""
                Exit codes / Mã thoát:
                  0  done (xong)
                  1  a negative verdict, or the hub refused (kết luận không đạt, hoặc trục từ chối)
                  2  wrong usage (sai cú pháp)
                  3  the hub cannot be reached or cannot serve now (không kết nối được, tạm ngừng)

                """);
        }

        return code;
    }

    private static string Indent(string text) => string.Join('\n', text.Split('\n').Select(static line => "  " + line.TrimEnd('\r')));

    internal static void Teach(Command command, string examples) => Examples.AddOrUpdate(command, examples);
}

internal static class TeachingExtensions
{
    /// <summary>Adds worked examples to a command's help.</summary>
    internal static Command WithExamples(this Command command, string examples)
    {
        TeachingHelp.Teach(command, examples);
        return command;
    }
}
