using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Hub.Host.AgencyClient;

namespace Hub.Tests.AgencyClient;

public class SafeFileNameTests
{
    [TestCase("125-UBND.pdf", "125-UBND.pdf")]
    [TestCase("Phụ lục số liệu.xlsx", "Phụ lục số liệu.xlsx")]
    [TestCase("../../etc/passwd", "passwd")]
    [TestCase("..\\..\\Windows\\win.ini", "win.ini")]
    [TestCase("/absolute/path.txt", "path.txt")]
    [TestCase("C:evil.exe", "C_evil.exe")]
    [TestCase("a.txt:stream", "a.txt_stream")]
    [TestCase("..", "unnamed")]
    [TestCase(".", "unnamed")]
    [TestCase("dir/", "unnamed")]
    [TestCase(".bashrc", "bashrc")]
    [TestCase("trailing. .", "trailing")]
    [TestCase("nul", "_nul")]
    [TestCase("COM1.txt", "_COM1.txt")]
    [TestCase("line\nbreak\0.txt", "line_break_.txt")]
    [TestCase("invoice\u202Efdp.exe", "invoice_fdp.exe")]
    public void Of_StrangersName_IsSafe(string name, string expected) => Assert.That(SafeFileName.Of(name), Is.EqualTo(expected));

    [Test]
    public void Of_VeryLongName_KeepsItsExtension()
    {
        var safe = SafeFileName.Of(new string('ư', 250) + ".pdf");
        Assert.That(safe, Does.EndWith(".pdf"));
        Assert.That(Encoding.UTF8.GetByteCount(safe), Is.LessThanOrEqualTo(150));
    }

    [Test]
    public void Distinct_EqualWhateverTheCase_AreNumbered() =>
        Assert.That(SafeFileName.Distinct(["a.pdf", "x/A.PDF", "a.pdf"]), Is.EqualTo(new[] { "a.pdf", "A (2).PDF", "a (3).pdf" }));

    [Test]
    public void Of_AnyName_StaysInItsFolder() => Check.One(Config.QuickThrowOnFailure, Prop.ForAll<string?>(ArbMap.Default.ArbFor<string?>(), name =>
    {
        var safe = SafeFileName.Of(name ?? "");
        var folder = Path.GetFullPath(Path.Combine(Path.GetTempPath(), "inbox"));
        return safe.Length > 0
            && Path.GetDirectoryName(Path.GetFullPath(Path.Combine(folder, safe))) == folder
            && !safe.Any(char.IsControl)
            && !safe.StartsWith('.');
    }));
}
