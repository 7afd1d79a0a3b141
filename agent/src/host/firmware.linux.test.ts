import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readFirmware } from './firmware.linux.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fleetmeter-firmware-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const firmwareWith = (files: Record<string, string>) => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return readFirmware(root);
};

test('what the kernel shows of DMI', () => {
  const firmware = firmwareWith({
    'sys/class/dmi/id/product_uuid': '4c4c4544-0042-3510-8051-b4c04f564433\n',
    'sys/class/dmi/id/product_serial': 'ABC1234\n',
    'sys/class/dmi/id/sys_vendor': 'Dell Inc.\n',
    'sys/class/dmi/id/product_name': 'Latitude 7490\n',
    'proc/cpuinfo': 'processor\t: 0\nflags\t\t: fpu vme hypervisors\n',
  });
  expect(firmware).toEqual({
    uuid: '4c4c4544-0042-3510-8051-b4c04f564433',
    serial: 'ABC1234',
    virtual: false,
  });
});

test('nothing to read is no failure', () => {
  expect(readFirmware(root)).toEqual({ uuid: undefined, serial: undefined, virtual: false });
});

test('a board without DMI has its serial in the device tree, with a zero at its end', () => {
  expect(firmwareWith({ 'proc/device-tree/serial-number': '10000000a3b2c1d0\0' }).serial).toBe(
    '10000000a3b2c1d0',
  );
});

test.each([
  ['a flag of the processor', { 'proc/cpuinfo': 'flags\t\t: fpu hypervisor lahf_lm\n' }],
  ['the vendor', { 'sys/class/dmi/id/sys_vendor': 'QEMU\n' }],
  ['the product', { 'sys/class/dmi/id/product_name': 'VMware Virtual Platform\n' }],
  ['the device tree', { 'proc/device-tree/hypervisor/compatible': 'linux,kvm' }],
])('a virtual machine is told by %s', (_, files) => {
  expect(firmwareWith(files).virtual).toBe(true);
});

test('a whole computer of a cloud is none', () => {
  const files = {
    'sys/class/dmi/id/sys_vendor': 'Amazon EC2\n',
    'sys/class/dmi/id/product_name': 'm5.metal\n',
  };
  expect(firmwareWith(files).virtual).toBe(false);
});
