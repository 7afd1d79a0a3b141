/**
 * What the kernel hands on of the firmware, as files: no `dmidecode`, no shell. UUID and serial are for root alone, as they
 * are for `dmidecode`; computers without DMI (most ARM boards) have their serial in the device tree.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readPrefix } from './read-prefix.ts';

const DMI = 'sys/class/dmi/id';
/** Of the processors, flags of the first one are enough; they stand in the first kilobytes. */
const CPU_BYTES = 16_384;
/** sys_vendor or product_name of virtual machines whose hypervisor hides itself from the processor's flags. */
const VIRTUAL =
  /^(?:qemu|kvm|bochs|xen|vmware|innotek|virtualbox|parallels|openstack|virtual machine|hvm domu|amazon ec2|google compute|droplet|digitalocean|apple virtualization)/i;

/** `root`: where `sys` and `proc` are. */
export function readFirmware(root = '/'): {
  uuid: string | undefined;
  serial: string | undefined;
  virtual: boolean;
} {
  const text = (path: string): string | undefined =>
    readPrefix(join(root, path))?.replaceAll('\0', '').trim();
  const names = [text(`${DMI}/sys_vendor`), text(`${DMI}/product_name`)];
  const bareMetalOfCloud = /metal/i.test(names[1] ?? '');
  return {
    uuid: text(`${DMI}/product_uuid`),
    serial: text(`${DMI}/product_serial`) ?? text('proc/device-tree/serial-number'),
    virtual:
      /^flags\s*:.*\bhypervisor\b/m.test(readPrefix(join(root, 'proc/cpuinfo'), CPU_BYTES) ?? '') ||
      existsSync(join(root, 'proc/device-tree/hypervisor')) ||
      (!bareMetalOfCloud && names.some((name) => VIRTUAL.test(name ?? ''))),
  };
}
