import { useRef, useState } from 'react';
import 'grokscope/element';
import type { GrokScope } from 'grokscope/element';

/** A map for a σ, which computes when it is asked to. */
export function Scope({ sigma }: { sigma: number }) {
  const scope = useRef<GrokScope>(null);
  const [done, setDone] = useState(0);
  const axes = {
    x: { over: 'lambda', values: [0.2, 0.3, 0.4, 0.5] },
    y: { over: 'seed', from: 1, to: 8, step: 1 },
  };
  return (
    <figure>
      <grok-scope
        ref={scope}
        spec={{ samples: 32, sigma, ...axes }}
        reveal="interaction"
        controls="none"
        ongrok-progress={({ detail }) => setDone(detail.done)}
        ongrok-done={({ detail }) => setDone(detail.done)}
      >
        <p>Nothing is computed yet.</p>
      </grok-scope>
      <figcaption>
        <button type="button" onClick={() => scope.current?.run()}>
          Compute
        </button>{' '}
        <output>{done} replicas</output>
      </figcaption>
    </figure>
  );
}
