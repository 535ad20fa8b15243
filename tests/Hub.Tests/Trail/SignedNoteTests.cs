using Hub.Contracts.Trail;

namespace Hub.Tests.Trail;

[TestFixture]
public sealed class SignedNoteTests
{
    // The example of c2sp.org/signed-note, signed by a key that is not ours.
    private const string Text = "This is an example message.\n";
    private const string Foreign = "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    private readonly ReceiptSample _log = new("example.com/log");

    [Test]
    public async Task Open_SignedByTheKey_Text()
    {
        var note = await _log.SignAsync(Text);
        Assert.That(note, Does.StartWith(Text + "\n— example.com/log ").And.EndsWith("\n"));
        Assert.That(SignedNote.Open(note, _log.Verifier), Is.EqualTo(Text));
    }

    [Test]
    public async Task Open_TextWithEmptyLines_SplitsAtTheLast()
    {
        const string text = "a\n\nb\n\n\nc\n";
        Assert.That(SignedNote.Open(await _log.SignAsync(text), _log.Verifier), Is.EqualTo(text));
    }

    [Test]
    public async Task Open_ForeignSignaturesBesides_Ignored()
    {
        var note = await _log.SignAsync(Text);
        Assert.That(SignedNote.Open(note + Foreign, _log.Verifier), Is.EqualTo(Text));
        Assert.That(SignedNote.Open(note + string.Concat(Enumerable.Repeat(Foreign, 15)), _log.Verifier), Is.EqualTo(Text));
        Assert.That(SignedNote.Open(note.Replace("\n\n", "\n\n" + Foreign), _log.Verifier), Is.EqualTo(Text));
    }

    [Test]
    public async Task Open_NoKnownSignature_Refused()
    {
        var note = await _log.SignAsync(Text);
        Assert.That(SignedNote.Open(Text + "\n" + Foreign, _log.Verifier), Is.Null);
        Assert.That(SignedNote.Open(note, new ReceiptSample("example.com/log").Verifier), Is.Null, "another key of the same name");
        Assert.That(SignedNote.Open(note, new NoteVerifier("example.com/other", _log.Verifier.Key)), Is.Null, "the same key under another name");
        Assert.That(SignedNote.Open(note), Is.Null);
    }

    [Test]
    public async Task Open_SecondFalseSignatureByAKnownKey_RefusesTheWholeNote()
    {
        var note = await _log.SignAsync(Text);
        var ofAnotherText = (await _log.SignAsync("another\n")).Split("\n\n")[1];
        Assert.That(SignedNote.Open(note + ofAnotherText, _log.Verifier), Is.Null);
        Assert.That(SignedNote.Open(note.Replace("\n\n", "\n\n" + ofAnotherText), _log.Verifier), Is.Null);
    }

    [Test]
    public async Task Open_ForgedUnderTheNameOrIdOfAKnownKey_NotItsSignature()
    {
        var line = (await _log.SignAsync(Text)).Split(' ')[^1].TrimEnd();
        var signature = Convert.FromBase64String(line);
        signature[0] ^= 1;
        Assert.That(SignedNote.Open($"{Text}\n— example.com/log {Convert.ToBase64String(signature)}\n", _log.Verifier), Is.Null, "wrong id");
        Assert.That(SignedNote.Open($"{Text}\n— example.com/lag {line}\n", _log.Verifier), Is.Null, "wrong name");
    }

    [TestCase('\t')]
    [TestCase('\r')]
    [TestCase('\0')]
    [TestCase('\u001f')]
    [TestCase('\ud800')]
    [TestCase('\udc00')]
    public async Task Open_ControlCharacterOrLoneSurrogate_Refused(char bad)
    {
        var note = (await _log.SignAsync(Text)) + $"— wit{bad}ness AAAAAAAA\n";
        Assert.That(SignedNote.Open(note, _log.Verifier), Is.Null);
        Assert.That(async () => await _log.SignAsync($"a{bad}b\n"), Throws.ArgumentException);
    }

    [TestCase("— example.com/log\n")]
    [TestCase("— AAAAAAAA\n")]
    [TestCase("—  AAAAAAAA\n")]
    [TestCase("- witness AAAAAAAA\n")]
    [TestCase("— wit+ness AAAAAAAA\n")]
    [TestCase("— wit\u00a0ness AAAAAAAA\n")]
    [TestCase("— witness AAAAAA==\n")]
    [TestCase("— witness AAAAAAB=\n")]
    [TestCase("— witness AAAA AAAA\n")]
    [TestCase("— witness AAAAAAAA")]
    [TestCase("\n")]
    [TestCase("trailing")]
    public async Task Open_MalformedLine_Refused(string line) =>
        Assert.That(SignedNote.Open(await _log.SignAsync(Text) + line, _log.Verifier), Is.Null);

    [Test]
    public async Task Open_TooManySignatures_Refused()
    {
        var note = await _log.SignAsync(Text);
        Assert.That(SignedNote.Open(note + string.Concat(Enumerable.Repeat(Foreign, SignedNote.MaxSignatures - 1)), _log.Verifier), Is.EqualTo(Text));
        Assert.That(SignedNote.Open(note + string.Concat(Enumerable.Repeat(Foreign, SignedNote.MaxSignatures)), _log.Verifier), Is.Null);
    }

    [Test]
    public async Task Open_AnyCharacterChanged_Refused()
    {
        var note = await _log.SignAsync(Text);
        for (var i = 0; i < note.Length; i++)
        {
            var changed = note[..i] + (note[i] == 'x' ? 'y' : 'x') + note[(i + 1)..];
            Assert.That(SignedNote.Open(changed, _log.Verifier), Is.Null, changed);
        }
    }

    [TestCase("no newline")]
    [TestCase("")]
    public void SignAsync_TextWithoutNewline_Refused(string text) =>
        Assert.That(async () => await _log.SignAsync(text), Throws.ArgumentException);
}
