import { html } from 'lit';
import { GLOSSARY } from './glossary.ts';

/** All the words in one place. */
export function renderGlossary(): unknown {
  return html`<details class="glossary">
    <summary>Glossary</summary>
    <dl>${Object.values(GLOSSARY).map(([word, meaning]) => html`<dt>${word}</dt><dd>${meaning}</dd>`)}</dl>
  </details>`;
}
