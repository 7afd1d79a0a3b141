import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FolderPackageOwners } from './folder-owners.ts';
import { JAVA_FOLDERS, javaOwner } from './java-folders.ts';

/** datacadamia.com/lang/java/image, with what JDK 17 and later add to it. */
const TEMURIN = `IMPLEMENTOR="Eclipse Adoptium"
IMPLEMENTOR_VERSION="Temurin-17.0.9+9"
JAVA_RUNTIME_VERSION="17.0.9+9"
JAVA_VERSION="17.0.9"
JAVA_VERSION_DATE="2023-10-17"
LIBC="gnu"
MODULES="java.base java.compiler java.datatransfer"
OS_ARCH="x86_64"
OS_NAME="Linux"
SOURCE=".:git:0e3af1fd5eb7"
JVM_VARIANT="Hotspot"
IMAGE_TYPE="JDK"
`;
/** Of Oracle's JDK 8u291 for Linux, as a test of Android Studio's platform (com.intellij, JdkVersionDetector) has it. */
const ORACLE = `JAVA_VERSION="1.8.0_291"\r
OS_NAME="Linux"\r
OS_ARCH="amd64"\r
SOURCE=" .:06b604e7edd4 hotspot:7c09263ba3e2"\r
BUILD_TYPE="commercial"\r
`;

test('who built it and whether it is to be paid for tell builds of one version apart', () => {
  expect(javaOwner(TEMURIN)).toEqual({
    manager: 'java',
    name: 'jdk',
    version: '17.0.9+9',
    architecture: 'x86_64',
    vendor: 'Eclipse Adoptium',
    edition: 'Temurin-17.0.9+9 Hotspot',
  });
  expect(javaOwner(ORACLE)).toEqual({
    manager: 'java',
    name: 'java',
    version: '1.8.0_291',
    architecture: 'amd64',
    vendor: undefined,
    edition: 'commercial',
  });
});

test('other files of that name are no runtimes, nor is what an application brings of its own', () => {
  const image = 'JAVA_VERSION="17.0.9"\nMODULES="java.base com.example.app"\n';
  const long = `OS_NAME="Linux"\nJAVA_VERSION="${'1'.repeat(300)}"`;
  for (const text of ['', 'VERSION="12"', 'Debian 12', 'OS_NAME="Linux"\nJAVA_VERSION=""', long, image])
    expect(javaOwner(text)).toBeUndefined();
});

test('who built a runtime for himself is not told, nor where', () => {
  // The form of make/autoconf/jdk-version.m4 in OpenJDK: adhoc.USER.FOLDER.
  const own = TEMURIN.replace('"17.0.9+9"', '"17.0.9-internal+0-adhoc.ada.secret-project"');
  expect(javaOwner(own)?.version).toBe('17.0.9-internal+0');
  const named = TEMURIN.replace('"Eclipse Adoptium"', '"Ada <ada@example.org>"');
  expect(javaOwner(named)?.vendor).toBe('Ada');
});

test.each([
  ['/opt/jdk-17/bin/java', ['/opt/jdk-17/release']],
  ['/opt/tool/lib/jdk-17/lib/server/libjvm.so', ['/opt/tool/lib/jdk-17/release']],
  ['/opt/jdk1.8/jre/bin/java', ['/opt/jdk1.8/jre/release', '/opt/jdk1.8/release']],
  [
    '/Library/Java/JavaVirtualMachines/temurin-17.jdk/Contents/Home/bin/java',
    ['/Library/Java/JavaVirtualMachines/temurin-17.jdk/Contents/Home/release'],
  ],
  ['C:\\Program Files\\Java\\jdk-17\\bin\\java.exe', ['C:\\Program Files\\Java\\jdk-17\\release']],
  ['/opt/jdk-17/javac', []],
])('%s', (path, files) => {
  expect(JAVA_FOLDERS.locate(path).map(({ file }) => file)).toEqual(files);
});

test('the inner runtime of an old JDK belongs to that JDK', () => {
  const folder = mkdtempSync(join(tmpdir(), 'java-'));
  try {
    mkdirSync(join(folder, 'jre/bin'), { recursive: true });
    writeFileSync(join(folder, 'release'), ORACLE);
    const owners = new FolderPackageOwners(JAVA_FOLDERS);
    expect(owners.ownerOf(join(folder, 'jre/bin/java'))?.version).toBe('1.8.0_291');
    writeFileSync(join(folder, 'jre/release'), TEMURIN);
    expect(owners.ownerOf(join(folder, 'jre/bin/java'))?.version).toBe('17.0.9+9');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
