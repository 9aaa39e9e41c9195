// The sign-in panel and the line that says who is signed in.

const element = (id) => document.getElementById(id);

/** Connects the header and the sign-in panel with the session. */
export function connectAccount(session) {
  element('sign-in-form').addEventListener('submit', (event) => {
    event.preventDefault();
    signIn(session, event.currentTarget);
  });
  element('sign-out-button').addEventListener('click', () => signOut(session));
  session.addEventListener('change', () => showUser(session.user));
  session.addEventListener('required', () => askToSignIn());
  // Leaving the page loses the tokens, so the session behind them would only lie about.
  window.addEventListener('pagehide', () => { session.signOut().catch(() => {}); });
}

async function signIn(session, form) {
  const { email, password } = form.elements;
  const submit = element('sign-in-submit');
  showProblem(null);
  submit.disabled = true;
  try {
    await session.signIn(email.value.trim(), password.value);
    form.reset();
    element('sign-in').hidePopover();
  } catch (error) {
    showProblem(error.message);
    password.value = '';
    password.focus();
  } finally {
    submit.disabled = false;
  }
}

async function signOut(session) {
  try {
    await session.signOut();
  } finally {
    // A fresh page: nothing that the user has seen stays in a tab or in memory.
    window.location.reload();
  }
}

function showUser(user) {
  element('signed-out').hidden = user !== null;
  element('signed-in').hidden = user === null;
  element('user-name').textContent = user?.displayName || user?.email || '';
  element('user-name').title = user?.email ?? '';
  element('announcement').textContent = user ? `Signed in as ${user.email}` : 'Signed out';
}

function askToSignIn() {
  showProblem('This query needs you to be signed in.');
  element('sign-in').showPopover();
}

function showProblem(text) {
  const problem = element('sign-in-problem');
  problem.textContent = text ?? '';
  problem.hidden = text === null;
}
