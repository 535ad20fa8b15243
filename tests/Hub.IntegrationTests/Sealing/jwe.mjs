// A second implementation of JWE (RFC 7516, 7518) for the hub's profile, on Node's crypto alone.
//   node jwe.mjs seal   KID=PUBLIC.pem…   < plain > jwe     (compact for one key, general JSON for several)
//   node jwe.mjs unseal KID=PRIVATE.pem   < jwe   > plain
import crypto from 'node:crypto';
import fs from 'node:fs';

const [, , action, ...named] = process.argv;
const keys = named.map(text => [text.slice(0, text.indexOf('=')), fs.readFileSync(text.slice(text.indexOf('=') + 1), 'utf8')]);
const input = fs.readFileSync(0);
const b64 = data => Buffer.from(data).toString('base64url');
const raw = text => Buffer.from(text, 'base64url');
const number = value => { const octets = Buffer.alloc(4); octets.writeUInt32BE(value); return octets; };
const iv = Buffer.alloc(8, 0xa6);
const oaep = key => ({ key, padding: crypto.constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' });

function kek(privateKey, publicKey) {
  const id = Buffer.from('ECDH-ES+A256KW');
  return crypto.createHash('sha256').update(number(1)).update(crypto.diffieHellman({ privateKey, publicKey }))
    .update(number(id.length)).update(id).update(number(0)).update(number(0)).update(number(256)).digest();
}

function wrap(cek, pem) {
  const key = crypto.createPublicKey(pem);
  if (key.asymmetricKeyType === 'rsa') return [{ alg: 'RSA-OAEP-256' }, crypto.publicEncrypt(oaep(key), cek)];
  const { privateKey, publicKey } = crypto.generateKeyPairSync('ec', { namedCurve: key.asymmetricKeyDetails.namedCurve });
  const cipher = crypto.createCipheriv('id-aes256-wrap', kek(privateKey, key), iv);
  const epk = publicKey.export({ format: 'jwk' });
  return [{ alg: 'ECDH-ES+A256KW', epk: { kty: epk.kty, crv: epk.crv, x: epk.x, y: epk.y } }, Buffer.concat([cipher.update(cek), cipher.final()])];
}

function unwrap(header, wrapped, pem) {
  const key = crypto.createPrivateKey(pem);
  if (header.alg === 'RSA-OAEP-256') return crypto.privateDecrypt(oaep(key), wrapped);
  const decipher = crypto.createDecipheriv('id-aes256-wrap', kek(key, crypto.createPublicKey({ key: header.epk, format: 'jwk' })), iv);
  return Buffer.concat([decipher.update(wrapped), decipher.final()]);
}

function encrypt(cek, aad) {
  const nonce = crypto.randomBytes(12);
  const cipher = crypto.createCipheriv('aes-256-gcm', cek, nonce).setAAD(Buffer.from(aad));
  const ciphertext = Buffer.concat([cipher.update(input), cipher.final()]);
  return [b64(nonce), b64(ciphertext), b64(cipher.getAuthTag())];
}

function decrypt(cek, aad, nonce, ciphertext, tag) {
  const decipher = crypto.createDecipheriv('aes-256-gcm', cek, raw(nonce)).setAAD(Buffer.from(aad)).setAuthTag(raw(tag));
  return Buffer.concat([decipher.update(raw(ciphertext)), decipher.final()]);
}

const binding = { enc: 'A256GCM', cty: 'application/json', iss: 'H06/qlvb', aud: ['H06.40/qlvb'] };
if (action === 'seal') {
  const cek = crypto.randomBytes(32);
  const wrapped = keys.map(([kid, pem]) => { const [header, key] = wrap(cek, pem); return [{ ...header, kid }, key]; });
  if (keys.length === 1) {
    const header = b64(JSON.stringify({ ...binding, ...wrapped[0][0] }));
    process.stdout.write([header, b64(wrapped[0][1]), ...encrypt(cek, header)].join('.'));
  } else {
    const header = b64(JSON.stringify(binding));
    const [nonce, ciphertext, tag] = encrypt(cek, header);
    process.stdout.write(JSON.stringify({
      ciphertext, tag, iv: nonce, protected: header,
      recipients: wrapped.map(([own, key]) => ({ encrypted_key: b64(key), header: own })),
    }));
  }
} else {
  const [kid, pem] = keys[0];
  const text = input.toString('ascii');
  if (text.startsWith('{')) {
    const jwe = JSON.parse(text);
    const mine = jwe.recipients.find(recipient => recipient.header.kid === kid);
    process.stdout.write(decrypt(unwrap(mine.header, raw(mine.encrypted_key), pem), jwe.protected, jwe.iv, jwe.ciphertext, jwe.tag));
  } else {
    const [header, key, nonce, ciphertext, tag] = text.split('.');
    process.stdout.write(decrypt(unwrap(JSON.parse(raw(header)), raw(key), pem), header, nonce, ciphertext, tag));
  }
}
