import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SwidFolderOwners } from './swid-folders.ts';
import { swidOwner } from './swid-tag.ts';

/** github.com/IBM/bamoe, ilmt-compliance-springboot-dmoe/readme.md, with an edition as RFC 9393 describes it. */
const DECISIONS = `<?xml version="1.0" encoding="UTF-8"?>
<SoftwareIdentity name="IBM Decision Manager Open Edition" tagId="ibm.com-3d9d28f19d0f45fda113c07fb481e3ea-9.0.0" version="9.0.0" versionScheme="multipartnumeric" xml:lang="en" xmlns="http://standards.iso.org/iso/19770/-2/2015/schema.xsd">
    <Meta persistentId="3d9d28f19d0f45fda113c07fb481e3ea"/>
    <Meta generator="4-1-20210113" edition="Open &amp; free"/>
    <Entity name="Somebody" regid="example.com" role="distributor"/>
    <Entity name="IBM" regid="ibm.com" role="licensor tagCreator softwareCreator"/>
</SoftwareIdentity>`;
/** The example of STIX 2.1 (OASIS, "Software Object"), shortened. */
const ACROBAT = `<?xml version='1.0' encoding='utf-8'?><swid:software_identification_tag xmlns:swid='https://standards.iso.org/iso/19770/-2/2008/schema.xsd'><!--Mandatory Identity elements --><swid:entitlement_required_indicator>true</swid:entitlement_required_indicator><swid:product_title>Acrobat X Pro</swid:product_title><swid:product_version><swid:name>10.0</swid:name><swid:numeric><swid:major>10</swid:major></swid:numeric></swid:product_version><swid:software_creator><swid:name>Adobe Inc.</swid:name><swid:regid>regid.1986-12.com.adobe</swid:regid></swid:software_creator></swid:software_identification_tag>`;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'swid-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

const asTag = (text: string) => swidOwner(Buffer.from(text));

test('a tag of 2015 and one of 2009 name product, version and maker', () => {
  expect(asTag(DECISIONS)).toEqual({
    manager: 'swid',
    name: 'IBM Decision Manager Open Edition',
    version: '9.0.0',
    architecture: undefined,
    vendor: 'IBM',
    edition: 'Open & free',
  });
  expect(asTag(ACROBAT)).toMatchObject({ name: 'Acrobat X Pro', version: '10.0', vendor: 'Adobe Inc.' });
});

test('a list of files behind it, however long, is not read; a tag that ends before is no tag', () => {
  const list = DECISIONS.replace('</SoftwareIdentity>', '<Payload><File name="x"/>');
  expect(asTag(list)?.vendor).toBe('IBM');
  expect(asTag(DECISIONS.slice(0, -30))).toBeUndefined();
});

test('patches, media and additions to other tags name no product', () => {
  for (const kind of ['patch', 'corpus', 'supplemental'])
    expect(asTag(DECISIONS.replace('name=', `${kind}="true" name=`)), kind).toBeUndefined();
  for (const text of ['', '<a/>', '<SoftwareIdentity name="x"/>', '<SoftwareIdentity', '<'.repeat(100_000)])
    expect(asTag(text)).toBeUndefined();
});

test('the innermost tagged folder around a file owns it', () => {
  write('ibm/properties/version/ibm.com_IBM_Decision.swidtag', DECISIONS);
  write('ibm/acrobat/swidtag/adobe.swidtag', ACROBAT);
  const owners = new SwidFolderOwners(() => 0);
  expect(owners.ownerOf(join(root, 'ibm/bin/x'))?.name).toBe('IBM Decision Manager Open Edition');
  expect(owners.ownerOf(join(root, 'ibm/acrobat/Reader/x'))?.name).toBe('Acrobat X Pro');
  expect(owners.ownerOf(join(root, 'other/x'))).toBeUndefined();
  expect([owners.state(), owners.databases()]).toEqual([
    'loaded',
    [{ manager: 'swid', state: 'loaded', packages: 2, paths: 0, leftOut: 0 }],
  ]);
});

test('a folder with the tags of two products says of no file whose it is, and is counted', () => {
  write('suite/swidtag/a.swidtag', DECISIONS);
  write('suite/swidtag/b.swidtag', ACROBAT);
  write('suite/swidtag/a-patch.swidtag', DECISIONS.replace('name=', 'patch="true" name='));
  const owners = new SwidFolderOwners(() => 0);
  expect(owners.ownerOf(join(root, 'suite/x'))).toBeUndefined();
  expect(owners.databases()[0]).toMatchObject({ packages: 0, leftOut: 1 });
});

test('what lies around a folder with the tags of two products does not own its files either', () => {
  write('outer/swidtag/a.swidtag', DECISIONS);
  write('outer/in/swidtag/a.swidtag', DECISIONS);
  write('outer/in/swidtag/b.swidtag', ACROBAT);
  const owners = new SwidFolderOwners(() => 0);
  expect(owners.ownerOf(join(root, 'outer/in/x'))).toBeUndefined();
  expect(owners.ownerOf(join(root, 'outer/x'))?.version).toBe('9.0.0');
});

test('folders of many products, homes, links and what is deep below are not asked', () => {
  const asked: string[] = [];
  const owners = new SwidFolderOwners(() => {
    asked.push('');
    return 0;
  });
  for (const path of [
    ...['/usr/local/bin/x', '/usr/lib/x', '/opt/x', '/x', '/var/lib/x', '/home/ada/.local/share/app/x'],
    ...['C:\\Program Files\\x.exe', 'C:\\Users\\ada\\app\\x.exe', 'C:\\Windows\\System32\\x.exe'],
  ])
    expect(owners.ownerOf(path)).toBeUndefined();
  // Once for the path itself, and for no folder.
  expect(asked).toHaveLength(9);
  write('elsewhere/a.swidtag', DECISIONS);
  mkdirSync(join(root, 'linked'));
  symlinkSync(join(root, 'elsewhere'), join(root, 'linked/swidtag'));
  mkdirSync(join(root, 'linking/swidtag'), { recursive: true });
  symlinkSync(join(root, 'elsewhere/a.swidtag'), join(root, 'linking/swidtag/a.swidtag'));
  expect(['linked/x', 'linking/x'].map((path) => owners.ownerOf(join(root, path)))).toEqual([
    undefined,
    undefined,
  ]);
  asked.length = 0;
  owners.ownerOf(`/data${'/d'.repeat(2_000)}/x`);
  expect(asked.length).toBe(1 + 16);
});

test('a tag is read as far as it says what it is, and is one also when that cuts a letter', () => {
  for (let pad = 0; pad < 4; pad++) {
    const files = `<Payload>${' '.repeat(pad)}${'<File name="é"/>'.repeat(10_000)}</Payload></SoftwareIdentity>`;
    write(`long-${pad}/swidtag/a.swidtag`, DECISIONS.replace('</SoftwareIdentity>', files));
    expect(new SwidFolderOwners(() => 0).ownerOf(join(root, `long-${pad}/x`))?.version).toBe('9.0.0');
  }
});

test('a tag that comes, changes or goes is seen after ten seconds', () => {
  let nowMs = 0;
  const owners = new SwidFolderOwners(() => nowMs);
  const version = () => owners.ownerOf(join(root, 'app/x'))?.version;
  expect(version()).toBeUndefined();
  write('app/swidtag/a.swidtag', DECISIONS);
  expect(version()).toBeUndefined();
  nowMs = 10_000;
  expect(version()).toBe('9.0.0');
  // In place: its folder stays as it was.
  writeFileSync(join(root, 'app/swidtag/a.swidtag'), DECISIONS.replaceAll('9.0.0', '10.0.0'));
  nowMs = 20_000;
  expect(version()).toBe('10.0.0');
  rmSync(join(root, 'app/swidtag/a.swidtag'));
  nowMs = 30_000;
  expect(version()).toBeUndefined();
});
