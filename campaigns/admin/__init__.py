from campaigns.admin.campaign import CampaignAdmin
from campaigns.admin.question import QuestionAdmin

__all__ = ["CampaignAdmin", "QuestionAdmin"]
