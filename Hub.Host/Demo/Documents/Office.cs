using System.Text;

namespace Hub.Host.Demo.Documents;

/// <summary>An agency as it stands in the head of its documents.</summary>
/// <param name="Code">Agency code.</param>
/// <param name="Name">Full name.</param>
internal sealed record Office(string Code, string Name)
{
    private const string PeoplesCommittee = "Ủy ban nhân dân";

    /// <summary>Abbreviation in notations: the initials, e.g. UBND, BTTTT, SKHCN.</summary>
    public string Abbreviation
    {
        get
        {
            if (IsCommittee) return "UBND";
            var end = Name.IndexOf(" tỉnh ", StringComparison.Ordinal);
            var initials = new StringBuilder();
            foreach (var word in (end < 0 ? Name : Name[..end]).Split(' '))
            {
                if (word is not ("và" or "-")) initials.Append(char.ToUpperInvariant(word[0]));
            }

            return initials.ToString();
        }
    }

    /// <summary>Where its documents are dated.</summary>
    public string Place => Code[0] == 'G' ? "Hà Nội" : IsCommittee && Code.Length > 3 ? Seat() : "Bà Rịa";

    /// <summary>In whose name the signer signs.</summary>
    public string Competence => IsCommittee ? "TM. ỦY BAN NHÂN DÂN" : "THỦ TRƯỞNG CƠ QUAN";

    /// <summary>The signer's office. Demonstration documents name offices, never people.</summary>
    public string Position => Name switch
    {
        _ when IsCommittee => "Chủ tịch",
        _ when Name.StartsWith("Bộ ", StringComparison.Ordinal) => "Bộ trưởng",
        _ when Name.StartsWith("Sở ", StringComparison.Ordinal) => "Giám đốc",
        _ when Name.StartsWith("Văn phòng", StringComparison.Ordinal) => "Chánh Văn phòng",
        _ => "Thủ trưởng",
    };

    private bool IsCommittee => Name.StartsWith(PeoplesCommittee, StringComparison.Ordinal);

    /// <summary>"Ủy ban nhân dân xã Láng Dài, huyện Đất Đỏ" is dated in Láng Dài.</summary>
    private string Seat()
    {
        var unit = Name[PeoplesCommittee.Length..].Split(',')[0].Trim();
        foreach (var kind in (string[])["thành phố ", "thị trấn ", "huyện ", "xã "])
        {
            if (unit.StartsWith(kind, StringComparison.Ordinal)) return unit[kind.Length..];
        }

        return char.ToUpperInvariant(unit[0]) + unit[1..];
    }
}
