/** Where Debian puts what the tests need from the system. */
import { join } from 'node:path';

/** Chromium, with its software Vulkan driver. */
export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** Chromium that loads nothing but the pages it is given; root needs the sandbox off. */
export const QUIET = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Mesa's software Vulkan driver, which wgpu runs on. */
export const LAVAPIPE = `/usr/share/vulkan/icd.d/lvp_icd.${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}.json`;

/** Debian packages that bring them. */
export const PACKAGES = ['chromium', 'libvulkan1', 'mesa-vulkan-drivers'];

/** Debian packages of schedulers. Tests of shards that cannot have them are left out, and say so. */
export const SCHEDULERS = [
  '/usr/sbin/slurmctld',
  '/usr/sbin/slurmd',
  '/usr/sbin/munged',
  '/usr/bin/parallel',
];
export const SCHEDULER_PACKAGES = ['slurm-wlm', 'munge', 'parallel'];

/** An environment of Python with independent readers of the files that are written here. */
export const PYTHON_ENVIRONMENT = join(import.meta.dirname, '../node_modules/.cache/python');
export const PYTHON = join(PYTHON_ENVIRONMENT, 'bin/python');
export const PYTHON_PACKAGES = ['numpy', 'pandas', 'pyarrow', 'duckdb', 'pyyaml', 'jsonschema'];
