import { type ReactNode, useCallback, useEffect, useRef } from 'react';
import { useBlocker } from 'react-router-dom';
import { ConfirmModal } from './ConfirmModal';

interface Guard {
  guard: ReactNode; // the question, to be drawn somewhere
  release: () => void; // what is there is stored: the next navigation is free
}

// Asks before edits that are not stored are left, by a link, another tab, or by closing the page. One at a time.
export function useUnsavedGuard(unsaved: boolean, what: string): Guard {
  const holds = useRef(unsaved);
  useEffect(() => {
    holds.current = unsaved;
  }, [unsaved]);
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => holds.current && currentLocation.pathname !== nextLocation.pathname,
  );
  useEffect(() => {
    if (!unsaved) return undefined;
    const ask = (event: BeforeUnloadEvent): void => {
      if (holds.current) event.preventDefault();
    };
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [unsaved]);
  const release = useCallback(() => {
    holds.current = false;
  }, []);
  const guard = (
    <ConfirmModal
      opened={blocker.state === 'blocked'}
      title="Leave without saving?"
      confirm="Leave"
      dangerous
      onConfirm={() => blocker.proceed?.()}
      onClose={() => blocker.reset?.()}
    >
      {what} would be lost.
    </ConfirmModal>
  );
  return { guard, release };
}
