using System.Text.RegularExpressions;

namespace Hub.Tests.Deploy;

/// <summary>An expression of Prometheus, taken apart: what it reads, and whether it is well-formed as far as this goes (brackets, strings,
/// functions and aggregations by name, selectors).</summary>
internal sealed partial class PromQl
{
    private static readonly HashSet<string> Functions = new(StringComparer.Ordinal)
    {
        "rate", "increase", "irate", "histogram_quantile", "max_over_time", "min_over_time", "avg_over_time", "absent", "clamp_min", "abs", "time", "changes", "resets",
        "sum", "max", "min", "avg", "count", "topk", "bottomk", "quantile",
    };

    private static readonly HashSet<string> Groupings = new(StringComparer.Ordinal) { "by", "without", "on", "ignoring", "group_left", "group_right" };
    private static readonly HashSet<string> Operators = new(StringComparer.Ordinal) { "and", "or", "unless", "bool", "offset" };

    private readonly List<string> _tokens;
    private int _at;

    private PromQl(List<string> tokens) => _tokens = tokens;

    /// <summary>Metrics read, each with the labels that its selector names.</summary>
    internal List<(string Name, HashSet<string> Labels)> Reads { get; } = [];

    /// <summary>Labels that results are grouped or matched by.</summary>
    internal HashSet<string> GroupedBy { get; } = new(StringComparer.Ordinal);

    /// <exception cref="FormatException">It is not well-formed.</exception>
    internal static PromQl Parse(string expression)
    {
        var text = expression.Replace("$__rate_interval", "5m", StringComparison.Ordinal);
        List<string> tokens = [];
        for (var at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            var match = Token().Match(text, at);
            if (!match.Success || match.Index != at) throw new FormatException($"Not a token: {text[at..]}");
            tokens.Add(match.Value);
            at += match.Length;
        }

        var parsed = new PromQl(tokens);
        parsed.Expression("");
        return parsed;
    }

    /// <summary>Reads operands and operators in turn until a closing bracket.</summary>
    private void Expression(string end)
    {
        for (var wantsOperand = true; ;)
        {
            var token = Next();
            if (token == end && !wantsOperand) return;
            if (token.Length == 0) throw new FormatException($"It ends where '{end}' or an operand should be.");
            if (wantsOperand && token == "-") continue;
            if (wantsOperand)
            {
                Operand(token);
                if (Peek() == "[") Range();
                wantsOperand = false;
            }
            else if (token == ",") wantsOperand = true;
            else if (Operators.Contains(token) || "+-*/%^".Contains(token, StringComparison.Ordinal) || Comparison().IsMatch(token))
            {
                while (Peek() is "bool" || Groupings.Contains(Peek())) Modifier(Next());
                wantsOperand = true;
            }
            else throw new FormatException($"'{token}' stands where an operator should be.");
        }
    }

    private void Operand(string token)
    {
        if (token == "(") Expression(")");
        else if (Functions.Contains(token)) Call();
        else if (Name().IsMatch(token) && !Operators.Contains(token) && !Groupings.Contains(token)) Reads.Add((token, Peek() == "{" ? Selector() : []));
        else if (!char.IsAsciiDigit(token[0]) && token[0] != '"') throw new FormatException($"'{token}' is neither a metric, a number nor a known function.");
    }

    private void Call()
    {
        if (Groupings.Contains(Peek())) Modifier(Next());
        Take("(");
        if (Peek() == ")") Next();
        else Expression(")");
        if (Peek() is "by" or "without") Modifier(Next());
    }

    private void Modifier(string word)
    {
        if (word == "bool") return;
        Take("(");
        while (Peek() != ")")
        {
            var label = Next();
            if (!Name().IsMatch(label)) throw new FormatException($"'{label}' is no label.");
            GroupedBy.Add(label);
            if (Peek() != ")") Take(",");
        }

        Next();
    }

    private HashSet<string> Selector()
    {
        HashSet<string> labels = new(StringComparer.Ordinal);
        Take("{");
        while (Peek() != "}")
        {
            var label = Next();
            if (!Name().IsMatch(label) || Next() is not ("=" or "!=" or "=~" or "!~") || Next() is not ['"', .., '"']) throw new FormatException($"'{label}' is not matched as a label is.");
            labels.Add(label);
            if (Peek() != "}") Take(",");
        }

        Next();
        return labels;
    }

    private void Range()
    {
        Take("[");
        if (!Duration().IsMatch(Peek())) throw new FormatException($"'{Peek()}' is no duration.");
        Next();
        Take("]");
    }

    private void Take(string wanted)
    {
        if (Next() != wanted) throw new FormatException($"'{wanted}' is missing before token {_at}.");
    }

    private string Peek() => _at < _tokens.Count ? _tokens[_at] : "";

    private string Next() => _at < _tokens.Count ? _tokens[_at++] : "";

    [GeneratedRegex("""
        "(?:[^"\\]|\\.)*"|[0-9]+(?:ms|[smhdw])|[0-9]+(?:\.[0-9]+)?|[a-zA-Z_:][a-zA-Z0-9_:]*|=~|!~|==|!=|<=|>=|[-+*/%^(){}\[\],=<>]
        """)]
    private static partial Regex Token();

    [GeneratedRegex("^[a-zA-Z_][a-zA-Z0-9_]*$")]
    private static partial Regex Name();

    [GeneratedRegex("^(==|!=|<=|>=|<|>)$")]
    private static partial Regex Comparison();

    [GeneratedRegex("^[0-9]+(ms|[smhdw])$")]
    private static partial Regex Duration();
}
