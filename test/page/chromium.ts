import { type Browser, chromium } from 'playwright-core';
import { CHROMIUM, QUIET } from '../../scripts/system.js';

/** WebGPU on Chromium's software Vulkan; without these flags there is no adapter. */
const WEBGPU = [
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
  '--use-angle=swiftshader',
];

/** Starts Chromium with or without WebGPU. */
export function launch({ webgpu }: { readonly webgpu: boolean }): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [...QUIET, ...(webgpu ? WEBGPU : [])],
  });
}
