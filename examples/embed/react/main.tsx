import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { Scope } from './scope.tsx';

function Page() {
  const [sigma, setSigma] = useState(5);
  const [shown, setShown] = useState(true);
  return (
    <>
      <h1>In React</h1>
      <label>
        σ{' '}
        <input
          type="range"
          min="1"
          max="10"
          value={sigma}
          onChange={(event) => setSigma(event.target.valueAsNumber)}
        />{' '}
        {sigma}
      </label>{' '}
      <button type="button" onClick={() => setShown(!shown)}>
        {shown ? 'Unmount' : 'Mount'}
      </button>
      {shown && <Scope sigma={sigma} />}
    </>
  );
}

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Page />
    </StrictMode>,
  );
}
