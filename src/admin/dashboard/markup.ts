/** The elements that the page has before its script runs. The script fills them in. */

/** A level line over waves, in the page itself: another icon would be another request. */
const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E" +
  "%3Crect width='16' height='16' rx='3' fill='%230b62c4'/%3E" +
  "%3Cpath d='M3 5.5h10M3 10.5q2.5-3 5 0t5 0' fill='none' stroke='%23fff' stroke-width='1.6'/%3E" +
  '%3C/svg%3E';

/** @param given texts that may hold no end tag of their own element */
export function markup({ css, script }: { css: string; script: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Evenkeel</title>
<link rel="icon" href="${icon}">
<style>${css}</style>
</head>
<body>
<header>
<h1>Evenkeel <small id="version"></small></h1>
<p id="state" class="state"></p>
<label>Show <select id="window">
<option value="60">1 minute</option>
<option value="300" selected>5 minutes</option>
<option value="600">10 minutes</option>
</select></label>
<button id="pause" type="button" aria-pressed="false">Pause</button>
</header>
<main>
<noscript>
<p class="notice">This page draws its charts with a script, and scripts are off.</p>
</noscript>
<p id="notice" class="notice" role="alert" hidden></p>
<form id="token-form" class="notice" hidden>
<label for="token">Token of an admin</label>
<input id="token" type="password" autocomplete="off" spellcheck="false" required
 aria-describedby="token-note">
<button>Show the figures</button>
<p id="token-note">This page keeps it in memory, until the page is closed or loaded again.</p>
</form>
<div id="figures" hidden>
<section aria-labelledby="now-title">
<h2 id="now-title">Now</h2>
<dl id="now"></dl>
<div class="scroll" tabindex="0" role="region" aria-label="The last minute">
<table id="minute" class="minute"></table>
</div>
</section>
<section aria-labelledby="requests-title">
<h2 id="requests-title">Requests</h2>
<div id="request-charts" class="charts"></div>
</section>
<section aria-labelledby="server-title">
<h2 id="server-title">Store and process</h2>
<div id="server-charts" class="charts"></div>
</section>
<section aria-labelledby="profile-title">
<h2 id="profile-title">Profile</h2>
<form id="profile">
<label>Sample <select id="profile-kind">
<option value="cpu">CPU</option>
<option value="alloc">allocations</option>
</select></label>
<label>for <input id="profile-seconds" type="number" min="1" max="600" value="5" required> s</label>
<button id="profile-button">Take a profile</button>
<output id="profile-status"></output>
</form>
<div id="profile-graph" hidden></div>
</section>
</div>
</main>
<script>${script}</script>
</body>
</html>
`;
}
