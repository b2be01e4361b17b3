import { type Browser, chromium } from 'playwright-core';
import { CHROMIUM } from '../../scripts/system.js';

/** WebGPU on Chromium's software Vulkan; without these flags there is no adapter. */
const WEBGPU = [
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
  '--use-angle=swiftshader',
];

/** Nothing but the pages under test; root needs the sandbox off. */
const QUIET = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts Chromium with or without WebGPU. */
export function launch({ webgpu }: { readonly webgpu: boolean }): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [...QUIET, ...(webgpu ? WEBGPU : [])],
  });
}
