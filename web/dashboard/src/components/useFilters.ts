import { useCallback } from 'react';
import { useSearchParams } from 'react-router-dom';

interface Filters {
  read: (name: string) => string; // "": it does not filter
  set: (name: string, value: string) => void;
}

// Filters that are part of the address, so that a view can be sent to a colleague.
export function useFilters(): Filters {
  const [parameters, setParameters] = useSearchParams();
  const read = useCallback((name: string) => parameters.get(name) ?? '', [parameters]);
  const set = useCallback(
    (name: string, value: string) =>
      setParameters(
        (current) => {
          if (value === '') current.delete(name);
          else current.set(name, value);
          return current;
        },
        { replace: true },
      ),
    [setParameters],
  );
  return { read, set };
}
