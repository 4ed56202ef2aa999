import { useEffect } from 'react';

// What the browser calls the page; undefined leaves it to somebody else.
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    if (title !== undefined) document.title = `${title} · DRaaS`;
  }, [title]);
}
