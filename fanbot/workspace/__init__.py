"""The creator's folder: settings, facts, templates, team, help lines."""

from fanbot.workspace.folder import FolderWorkspace, open_workspace

__all__ = ["FolderWorkspace", "open_workspace"]
