import { create, globals } from 'webgpu';
import { SWIFTSHADER } from '../../scripts/system.js';

Object.assign(globalThis, globals);

// Without a choice by the one who runs the tests: Chromium's software Vulkan, the same everywhere.
process.env.VK_ICD_FILENAMES ??= SWIFTSHADER;

/** Dawn for node; kept here, since it must outlive whatever it made. */
export const dawn: GPU = create([]);
