/**
 * Reads the interface of `<grok-scope>` off its source: writes dist/custom-elements.json, which editors
 * read, and docs/element.md.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(import.meta.dirname, '..');
const SOURCE = 'src/ui/scope.ts';

/**
 * @typedef {{ name: string, description: string, type?: string, default?: string }} Entry
 * @typedef {{ description: string, slots: Entry[], events: Entry[], parts: Entry[], properties: Entry[],
 *   attributes: Entry[], methods: Entry[] }} Interface
 */

/** @param {string} comment */
const textOf = (comment) =>
  comment
    .replace(/\s*\*\/\s*$/, '')
    .replace(/^\s*\/?\*+/gm, '')
    .replace(/\s+/g, ' ')
    .trim();

/**
 * @param {string} source
 * @returns {Interface}
 */
export function interfaceOf(source) {
  const [, comment = ''] =
    /(\/\*\*(?:(?!\*\/)[\s\S])*@tag grok-scope[\s\S]*?\*\/)/.exec(source) ?? [];
  const lines = textOf(comment.replace(/@/g, '\u0000')).split('\u0000');
  /** @param {string} tag */
  const tagged = (tag) =>
    lines.flatMap((line) => {
      if (!line.startsWith(`${tag} `)) return [];
      const [, name = '', description = ''] = /^\S+ (\S+) - (.*)$/.exec(line.trim()) ?? [];
      return [{ name: name === '-' ? '' : name, description }];
    });
  const slot = lines
    .find((line) => line.startsWith('slot - '))
    ?.slice('slot - '.length)
    .trim();
  const events = tagged('fires').map(({ name, description }) => {
    const [, type = '', rest = ''] =
      /^(CustomEvent<(?:[^<>]|\{[^}]*\})*>) (.*)$/.exec(description) ?? [];
    return { name, type, description: rest };
  });
  const body = source.slice(source.indexOf('export class GrokScope'));
  const attributes = [
    ...body.matchAll(/(\/\*\*[^/]*\*\/)\s*@property\([^)]*\) (\w+)(?:: ([^=]+))? = ([^;]+);/g),
  ].map(([, doc = '', name = '', type = 'string', initial = '']) => ({
    name,
    type: type.trim(),
    default: initial,
    description: textOf(doc),
  }));
  const methods = [
    ...body.matchAll(
      /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/)\s*(?:async )?([a-z]\w*)\(([^)]*)\): ([^{]+) \{/g,
    ),
  ]
    .filter(([whole]) => !/override|#/.test(whole))
    .map(([, doc = '', name = '', parameters = '', type = '']) => ({
      name,
      type: `(${parameters}) => ${type.trim()}`,
      description: textOf(doc.replace('@throws', 'Throws')),
    }));
  return {
    description: lines[0]?.trim() ?? '',
    slots: slot ? [{ name: '', description: slot }] : [],
    events,
    parts: tagged('csspart'),
    properties: tagged('cssprop'),
    attributes,
    methods,
  };
}

/** @param {Interface} element */
export function manifestOf(element) {
  const { description, slots, events, parts, properties, attributes, methods } = element;
  return {
    schemaVersion: '1.0.0',
    modules: [
      {
        kind: 'javascript-module',
        path: 'dist/element.js',
        declarations: [
          {
            kind: 'class',
            customElement: true,
            name: 'GrokScope',
            tagName: 'grok-scope',
            description,
            slots,
            events: events.map(({ type, ...rest }) => ({ ...rest, type: { text: type } })),
            cssParts: parts,
            cssProperties: properties,
            attributes: attributes.map(({ type, ...rest }) => ({
              ...rest,
              fieldName: rest.name,
              type: { text: type },
            })),
            members: [
              ...attributes.map(({ type, ...rest }) => ({
                kind: 'field',
                ...rest,
                attribute: rest.name,
                type: { text: type },
              })),
              ...methods.map(({ name, description, type }) => ({
                kind: 'method',
                name,
                description,
                type: { text: type },
              })),
            ],
          },
        ],
        exports: [
          { kind: 'js', name: 'GrokScope', declaration: { name: 'GrokScope' } },
          {
            kind: 'custom-element-definition',
            name: 'grok-scope',
            declaration: { name: 'GrokScope' },
          },
        ],
      },
    ],
  };
}

/** @param {Interface} element */
export function documentOf({ description, slots, events, parts, properties, attributes, methods }) {
  /** @param {string} text */
  const cell = (text) => text.replace(/\|/g, '\\|');
  /**
   * @param {string[]} head
   * @param {string[][]} rows
   */
  const table = (head, rows) =>
    [head, head.map(() => '---'), ...rows]
      .map((row) => `| ${row.map(cell).join(' | ')} |`)
      .join('\n');
  /** @param {Entry[]} entries */
  const named = (entries) => entries.map(({ name, description }) => [`\`${name}\``, description]);
  return `# The element

<!-- Written by scripts/manifest.js from ${SOURCE}. -->

${description}

    <script type="module" src="grok-scope.js"></script>
    <grok-scope src="edge.json"><p>What is here without JavaScript.</p></grok-scope>

\`dist/grok-scope.js\` has everything in it. In a project, \`import 'grokscope/element'\` does the same with
the project's own lit and uplot. It computes in workers and, where there is one, on the GPU; all elements of a
page share one engine and take turns, in view only. A page with a content security policy has to allow
\`worker-src blob:\` and \`wasm-unsafe-eval\`. Result files for \`src\` are made by \`grokscope run --out\`.
[examples/embed](../examples/embed) has pages that use it.

## Attributes

${table(
  ['name', 'type', 'default', 'meaning'],
  attributes.map(({ name, type = '', default: initial = '', description }) => [
    `\`${name}\``,
    `\`${type}\``,
    `\`${initial}\``,
    description,
  ]),
)}

Each is a property of the same name.

## Slot

${slots.map(({ description }) => `The element's own content is ${description}.`).join('\n')}

## Methods

${table(
  ['name', 'type', 'meaning'],
  methods.map(({ name, type = '', description }) => [`\`${name}\``, `\`${type}\``, description]),
)}

## Events

${table(
  ['name', 'type', 'when'],
  events.map(({ name, type = '', description }) => [`\`${name}\``, `\`${type}\``, description]),
)}

## Parts

${table(['name', 'what'], named(parts))}

## Custom properties

${table(['name', 'what'], named(properties))}
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const element = interfaceOf(readFileSync(join(ROOT, SOURCE), 'utf8'));
  const document = documentOf(element);
  const path = join(ROOT, 'docs/element.md');
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  const manifest = `${JSON.stringify(manifestOf(element), null, 2)}\n`;
  writeFileSync(join(ROOT, 'dist/custom-elements.json'), manifest);
  writeFileSync(path, document);
}
